/**
 * SHA-256 of texts and files, for all who know content by it: engines that keep what they have optimised, profiles,
 * sources of models.
 *
 * <p>What a file was found to hold is remembered as long as nobody has touched it, for those who load models again and
 * again; whoever must not believe that has it read.
 *
 * <p>Read {@link dev.sluice.worker.digest.FileDigests} first.
 */
@NullMarked
package dev.sluice.worker.digest;

import org.jspecify.annotations.NullMarked;
