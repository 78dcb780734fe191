package dev.sluice.gateway.transform;

import java.awt.image.BufferedImage;

/**
 * A picture as it is stored.
 *
 * @param image every {@code step}-th pixel of it, each way
 * @param step 1 where it is whole
 * @param width of all of it
 * @param height of it
 * @param orientation 1 to 8 as EXIF counts: how it is to be turned before it is looked at
 */
record Picture(BufferedImage image, int step, int width, int height, int orientation) {}
