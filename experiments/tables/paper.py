"""What the paper's Tables 3 and 4 say, and how it trained and tested."""

# Tables 3 and 4 have these data sets; the keys are `score_table.group`'s.
GROUPS = {
    "gopro": "GoPro",
    "hide/test-long-shot": "HIDE I",
    "hide/test-close-ups": "HIDE II",
}


def _scores(*numbers):
    """{group: {"psnr", "ssim"}} of a line of a table."""
    return {group: {"psnr": psnr, "ssim": ssim} for group, psnr, ssim in zip(
        GROUPS, numbers[::2], numbers[1::2])}


# {table: {row: scores}}
SCORES = {
    3: {
        "full": _scores(30.26, 0.940, 29.60, 0.941, 28.12, 0.919),
        "without_attention": _scores(29.30, 0.929, 28.40, 0.927, 27.58, 0.912),
        "foreground": _scores(29.59, 0.931, 28.59, 0.928, 27.55, 0.909),
        "background": _scores(29.78, 0.934, 28.89, 0.931, 27.68, 0.911),
        "single_scale": _scores(29.85, 0.934, 28.47, 0.930, 27.81, 0.916),
    },
    4: {
        "sun2015": _scores(24.64, 0.843, 23.21, 0.797, 22.26, 0.796),
        "nah2017": _scores(28.49, 0.908, 27.43, 0.902, 26.18, 0.878),
        "tao2018": _scores(30.26, 0.934, 28.60, 0.928, 27.35, 0.907),
        "kupyn2018": _scores(26.93, 0.884, 26.44, 0.890, 25.37, 0.867),
        "full": _scores(30.26, 0.940, 29.60, 0.941, 28.12, 0.919),
    },
}

# Sec. 5.2 for GoPro, Table 2 for HIDE.
TEST_IMAGES = {
    "gopro": 1111, "hide/test-long-shot": 1063, "hide/test-close-ups": 962}
TRAINING_PAIRS = {"hide": 6397, "gopro": 2103}  # sec. 4.3 and Table 2

# Sec. 4.3
ATTENTION_STEPS = 70_000
EPOCHS = 500
BATCH_SIZE = 10
CROP_SIZE = 256
STEPS = EPOCHS * sum(TRAINING_PAIRS.values()) // BATCH_SIZE
