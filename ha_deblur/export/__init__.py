"""A trained model as a program that runs without this package.

One module a format, named as in `experiments.export --format`: `saved_model`,
`stablehlo`, `tflite` and `onnx`. All hold the same computation, `one_graph`.
`experiments.export` finds a module by its format, and calls

- `lower(model, height, width, batch)`, which returns the program as bytes; for
  the folder that a SavedModel is, `saved_model.write(model, directory)`;
- `run(program, images)`, which runs it here, to compare it with the model (of a
  SavedModel the folder); uint8 [b, h, w, 3] RGB to the same;
- `program_description.describe(format, preset, shape)` for `program.json`,
  which stands beside the program.
"""
