"""From a trained model to sharp pictures of any size.

`deblurrer` is the API, `scale_by_scale` runs the network in tiles, `deblurred`
puts the result together. `attention_map` and `people_finder` find people.
"""
