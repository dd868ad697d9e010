r"""Writes the demo's photographs, with person masks, from scikit-image.

    python -m data_prep.sample_photos --output=photos

Writes OUTPUT/{train,test}/{images,masks}/NAME.png; nothing is downloaded. The
astronaut is the one person to train on, alone and pasted over other training
photos (NAME astronaut_on_PHOTO); the cameraman and the scenes beside him are
held out, and nothing of them is in train. A scene's mask is black.
"""

import pathlib

import numpy as np
from absl import flags
from tqdm import tqdm

from ha_deblur import commandline
from ha_deblur.files import photo

_OUTPUT = flags.DEFINE_string("output", None, "Folder for the photographs.")
flags.mark_flags_as_required(["output"])

# Outlines drawn by hand, x y; the things that they hold belong to the people.
_ASTRONAUT = """
    154 70 154 82 157 98 165 110 172 117 174 125 178 131 182 132 184 140
    186 149 172 148 158 151 145 158 134 166 124 178 120 185 113 186 113 193
    117 197 113 203 112 206 105 210 95 219 85 228 75 237 62 253 57 260 50 270
    43 285 39 300 33 318 27 335 25 355 25 378 21 385 19 400 21 415 24 435
    24 455 27 480 33 500 39 512 512 512 512 485 508 483 506 470 503 460
    503 456 497 455 495 440 491 415 484 395 472 375 455 360 435 349 415 344
    395 343 380 345 365 350 363 345 358 335 362 331 357 322 355 305 352 290
    348 283 345 284 340 270 333 260 322 250 312 244 304 235 303 225 297 210
    287 195 275 183 262 175 257 172 256 166 262 158 267 147 268 137 273 136
    278 131 280 127 290 120 297 107 301 93 302 80 298 68 296 55 289 43 278 30
    265 25 255 22 245 18 232 16 220 19 205 24 194 31 188 36 175 42 163 52
    156 62"""
_CAMERAMAN = """
    262 134 262 139 285 140 320 139 325 142 325 155 319 157 319 169 322 168
    328 170 331 178 330 185 332 193 329 199 325 202 325 211 314 228 304 231
    309 240 304 248 298 249 305 273 297 280 288 287 270 300 247 312 230 307
    206 293 198 306 187 322 175 340 160 358 141 381 147 410 149 425 150 470
    151 512 -1 512 -1 260 4 255 10 245 18 230 27 220 35 205 50 185 57 172
    63 158 72 147 85 138 100 130 115 125 130 124 138 116 150 107 160 106
    165 98 172 85 180 77 193 67 205 64 222 67 238 76 250 86 260 98 268 108
    271 116 268 128"""
_BEHIND_CAMERA = """
    254 151 259 152 260 177 267 181 277 187 273 189 273 199 277 201 268 207
    262 216 262 225 248 246 243 226 241 221 244 213 244 206 240 203 242 192
    242 182 247 177 249 171 254 168 252 158"""

_TRAIN_SCENES = ("coffee", "rocket", "brick", "grass", "gravel", "coins",
                 "hubble_deep_field")
# Under the astronaut: her height in parts of the scene's, and is she mirrored?
_PASTED = {"coffee": (0.9, True), "rocket": (0.6, False), "brick": (0.8, True),
           "grass": (0.7, False), "gravel": (0.9, False), "coins": (0.8, True)}


def main(_):
    """Runs the command."""
    output = pathlib.Path(_OUTPUT.value)
    photos = list(_photos())
    for split, name, image, mask in tqdm(photos, unit="photo"):
        photo.write(output / split / "images" / f"{name}.png", image)
        photo.write(output / split / "masks" / f"{name}.png",
                    np.uint8(255 * mask))


def _photos():
    """Yields (split, name, image [h, w, 3] uint8, mask [h, w] bool)."""
    from skimage import color, data

    scenes = {name: getattr(data, name)() for name in _TRAIN_SCENES}
    scenes = {name: scene if scene.ndim == 3 else color.gray2rgb(scene)
              for name, scene in scenes.items()}
    astronaut = data.astronaut()
    outline = _inside(_ASTRONAUT, astronaut)
    yield "train", "astronaut", astronaut, outline
    for name, scene in scenes.items():
        yield "train", name, scene, _nobody(scene)
    for name, (height, mirrored) in _PASTED.items():
        yield ("train", f"astronaut_on_{name}",
               *_paste(astronaut, outline, scenes[name], height, mirrored))

    cameraman = color.gray2rgb(data.camera())
    yield ("test", "cameraman", cameraman,
           _inside(_CAMERAMAN, cameraman) & ~_inside(_BEHIND_CAMERA, cameraman))
    for name, scene in (("chelsea", data.chelsea()),
                        ("motorcycle", data.stereo_motorcycle()[0])):
        yield "test", name, scene, _nobody(scene)


def _nobody(scene):
    return np.zeros(scene.shape[:2], bool)


def _inside(outline, image):
    """[h, w] bool: the pixels of `image` inside an outline."""
    from skimage import draw

    corners = np.array(outline.split(), int).reshape(-1, 2)  # x, y
    return draw.polygon2mask(image.shape[:2], corners[:, ::-1])


def _paste(person, outline, scene, height, mirrored):
    """Stands a person in a corner of a scene: the right, or the left mirrored.

    Returns:
      (image [h, w, 3] uint8, mask [h, w] bool), both of the scene's size.
    """
    from skimage import filters, morphology, transform

    # A soft edge inside of the outline takes along nothing of the old scene.
    alpha = filters.gaussian(
        morphology.erosion(outline, morphology.disk(2)), sigma=1)
    layer = np.dstack([person / 255 * alpha[..., np.newaxis], alpha])
    top = np.flatnonzero(outline.any(axis=1))[0]
    layer = transform.rescale(
        layer[top:], height * scene.shape[0] / (len(layer) - top),
        channel_axis=-1, anti_aliasing=True)  # [person h, person w, 4]
    layer = layer[:, -scene.shape[1]:]
    if mirrored:
        layer = layer[:, ::-1]
    margins = (scene.shape[0] - layer.shape[0], scene.shape[1] - layer.shape[1])
    beside = (0, margins[1]) if mirrored else (margins[1], 0)
    layer = np.pad(layer, [(margins[0], 0), beside, (0, 0)])
    image = layer[..., :3] + (1 - layer[..., 3:]) * (scene / 255)
    return np.uint8(np.rint(255 * image.clip(0, 1))), layer[..., 3] > 0.5


if __name__ == "__main__":
    commandline.run(main)
