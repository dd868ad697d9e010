"""Where the people are: boxes, masks, and the layouts of data sets."""
