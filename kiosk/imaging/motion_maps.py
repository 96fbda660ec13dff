"""What motion is reckoned in: pictures of brightness, maps and fields, and how they are blurred, resized, looked up."""

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]  # (rows, columns)
Map = NDArray[np.float32]  # (rows, columns)
Field = NDArray[np.float32]  # (rows, columns, 2): x, then y


def blurred(values: NDArray[np.floating], deviation: float) -> NDArray[np.float32]:
    """Return the values under a Gaussian of that deviation in cells, mirrored at the edges; of each channel."""
    plain = values.astype(np.float32, copy=False)
    return np.asarray(cv2.GaussianBlur(plain, (0, 0), deviation, borderType=cv2.BORDER_REFLECT), np.float32)


def resized(values: NDArray[np.uint8] | NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """Return the values in a grid of that size (width, height), each cell the mean of what it covers."""
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), np.float32)


def looked_up(values: NDArray[np.uint8] | NDArray[np.float32], x: Map, y: Map) -> NDArray[np.float32]:
    """Return the values at those places, in cells, between cells the straight line; beyond the edge what is on it."""
    found = cv2.remap(values, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found, np.float32)
