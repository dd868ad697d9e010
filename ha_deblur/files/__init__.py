"""Reading and writing pictures and videos.

`image_files` reads the pictures of data sets: pixels, upright, nothing else.
`photo` and `video` read a person's files with all that must survive, and write
the result with it. `orientation` turns all of them upright, by EXIF.
"""
