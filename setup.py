"""Installs the library `ha_deblur` and its command `ha-deblur`."""

import pathlib
import re

from setuptools import find_packages, setup

HERE = pathlib.Path(__file__).parent
VERSION = re.search(r'__version__ = "(.+)"',
                    (HERE / "ha_deblur/__init__.py").read_text()).group(1)


def either(before_312, since_312):
    """Requirements of Pythons up to 3.11, and of later ones.

    The last TensorFlow that TensorFlow Addons works with is 2.15, which no
    later Python has. They get today's, with Keras 2 as a package beside it.
    """
    return [*(f"{name}; python_version < '3.12'" for name in before_312),
            *(f"{name}; python_version >= '3.12'" for name in since_312)]


TENSORFLOW = either(
    # its TensorBoard imports pkg_resources, which later setuptools lack
    ["tensorflow==2.15.1", "tensorflow-addons==0.23.0", "numpy<2",
     "setuptools<82"],
    ["tensorflow~=2.21.0", "tf-keras~=2.21.0", "numpy", "tensorboard"])
GPU = either(["tensorflow[and-cuda]==2.15.1"],
             ["tensorflow[and-cuda]~=2.21.0"])
# 4.12 and later need NumPy 2, which TensorFlow 2.15 can't use; 5 has no HOG.
OPENCV = either(["opencv-python-headless<4.12"], ["opencv-python-headless<5"])
# Tried with these TensorFlows and their protobuf. A cluster's job server and
# its workers' containers must be of the same version, so it is a fixed one.
BEAM = either(["apache-beam==2.63.0"], ["apache-beam==2.77.0"])
AV = "av>=15,<19"  # 19 dropped `metadata_errors` of its `open`
MAXFLOW = "PyMaxflow>=1.3"  # Sun et al. 2015, a system to compare with
# onnx 1.19 can't be imported beside TensorFlow 2.15, which pins ml_dtypes.
ONNX = ["tf2onnx>=1.16", "onnxruntime", *either(["onnx<1.19"], ["onnx"]),
        # Python 3.9's tf2onnx wants it; pip gives up before it finds that out.
        "protobuf<4; python_version < '3.10'"]
# Tried with 6.31; the page leans on how it draws. Needs Python 3.10.
GRADIO = "gradio>=6.31,<7"

setup(
    name="ha-deblur",
    version=VERSION,
    description="Human-Aware Motion Deblurring (ICCV 2019) in TensorFlow 2",
    long_description=(HERE / "README.md").read_text(),
    long_description_content_type="text/markdown",
    license="MIT",
    python_requires=">=3.9,<3.14",
    packages=find_packages(include=["ha_deblur", "ha_deblur.*"]),
    package_data={"ha_deblur": ["shipped_models/*/*"]},
    install_requires=[
        *TENSORFLOW,
        "pillow>=11",  # XMP in JPEG
        "absl-py",
        "scikit-image",
        "scipy",
        "tifffile",  # scikit-image brings it
        "tqdm",
    ],
    extras_require={
        "baselines": [MAXFLOW],
        "beam": BEAM,
        "gpu": GPU,
        "detect": OPENCV,
        "dev": [AV, *BEAM, MAXFLOW, *OPENCV, *ONNX,
                GRADIO + "; python_version >= '3.10'",
                "ai-edge-litert; python_version >= '3.12'",
                "matplotlib", "playwright", "pytest", "pytest-xdist", "ruff",
                "pillow-heif"],
        "heif": ["pillow-heif"],
        "onnx": ONNX,
        "plots": ["matplotlib"],
        "video": [AV],
        "web": [GRADIO],
    },
    entry_points={
        "console_scripts": ["ha-deblur=ha_deblur.commands.__main__:main"],
        # networks that `load` knows besides the package's own; they are in
        # the source folder only
        "ha_deblur.networks": [
            f"{name}=experiments.baselines.systems:{name.capitalize()}"
            for name in ("nah2017", "tao2018", "kupyn2018", "sun2015")],
    },
)
