"""What the texts on pages must hold."""

import re

HALF_WIDTH = re.compile(r"[\u4e00-\u9fff”][,;:?!()]|[,;:?!()] ?[\u4e00-\u9fff“]")  # beside a Chinese character
