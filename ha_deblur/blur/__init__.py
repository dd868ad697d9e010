"""How sharp pictures are blurred: paths of cameras and people, and exposures.

Functions of pictures, motions, seeds and an `Exposure`; `data` reads the
pictures and makes training patches of them.
"""
