/**
 * Models that do not lie in the repository: where they may come from, how they are got, and where they are kept.
 *
 * <p>A fetch is one thread that waits: {@link dev.sluice.worker.source.ModelSources} asks the rules, gets the files
 * by a {@link dev.sluice.worker.source.Remote}, goes on where an earlier try ended, looks at the digest, unpacks, and
 * gives the folder its name in the cache, all or nothing. When to try again is the caller's business, by
 * {@link dev.sluice.worker.source.Attempts}. The only package that knows archives, S3 and HTTP as a client.
 *
 * <p>Read {@link dev.sluice.worker.source.ModelSources} first.
 */
@NullMarked
package dev.sluice.worker.source;

import org.jspecify.annotations.NullMarked;
