"""Installs the library `ha_deblur` and its command `ha-deblur`."""

import pathlib
import re

from setuptools import find_packages, setup

HERE = pathlib.Path(__file__).parent
VERSION = re.search(r'__version__ = "(.+)"',
                    (HERE / "ha_deblur/__init__.py").read_text()).group(1)
# The last TensorFlow that TensorFlow Addons works with.
TENSORFLOW = "2.15.1"
# Newer ones need NumPy 2, which TensorFlow 2.15 can't use.
OPENCV = "opencv-python-headless<4.12"
# Tried with TensorFlow 2.15 (NumPy 1.26, protobuf 4.25). A cluster's job server
# and its workers' containers must be of the same version, so it is a fixed one.
# From 2.68 on the DirectRunner is another program, which Beam downloads.
BEAM = "apache-beam==2.63.0"
AV = "av>=15"
MAXFLOW = "PyMaxflow>=1.3"  # Sun et al. 2015, a system to compare with
# onnx 1.19 can't be imported beside TensorFlow 2.15, which pins ml_dtypes.
ONNX = ["tf2onnx>=1.16", "onnx<1.19", "onnxruntime"]
# Tried with 6.31; the page leans on how it draws. Needs Python 3.10.
GRADIO = "gradio>=6.31,<7"

setup(
    name="ha-deblur",
    version=VERSION,
    description="Human-Aware Motion Deblurring (ICCV 2019) in TensorFlow 2",
    long_description=(HERE / "README.md").read_text(),
    long_description_content_type="text/markdown",
    license="MIT",
    python_requires=">=3.9,<3.12",
    packages=find_packages(include=["ha_deblur", "ha_deblur.*"]),
    package_data={"ha_deblur": ["shipped_models/*/*"]},
    install_requires=[
        f"tensorflow=={TENSORFLOW}",
        "tensorflow-addons==0.23.0",
        "numpy<2",
        "pillow>=11",  # XMP in JPEG
        "absl-py",
        "scikit-image",
        "scipy",
        # `tensorboard` of TensorFlow 2.15 imports pkg_resources, which newer
        # ones lack
        "setuptools<82",
        "tifffile",  # scikit-image brings it
        "tqdm",
    ],
    extras_require={
        "baselines": [MAXFLOW],
        "beam": [BEAM],
        "gpu": [f"tensorflow[and-cuda]=={TENSORFLOW}"],
        "detect": [OPENCV],
        "dev": [AV, BEAM, MAXFLOW, OPENCV, *ONNX,
                GRADIO + "; python_version >= '3.10'",
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
