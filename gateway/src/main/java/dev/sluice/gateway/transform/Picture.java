package dev.sluice.gateway.transform;

import java.awt.image.BufferedImage;

/**
 * A picture as it is stored.
 *
 * @param orientation 1 to 8 as EXIF counts: how it is to be turned before it is looked at
 */
record Picture(BufferedImage image, int orientation) {}
