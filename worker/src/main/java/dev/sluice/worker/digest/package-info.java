/**
 * SHA-256 of texts and files, for all who know content by it: engines, profiles, sources of models.
 *
 * <p>Read {@link dev.sluice.worker.digest.FileDigests} first.
 */
@NullMarked
package dev.sluice.worker.digest;

import org.jspecify.annotations.NullMarked;
