/**
 * Texts to tokens, by the library that made the file which describes how.
 *
 * <p>The worker side reads a model's file here when it loads it, so that a broken one fails that version; the gateway side
 * asks for the same tokenizer by the same description, on the threads that transform. Both sides get one object as long as
 * they are one process, and the native memory goes with the last who holds it.
 *
 * <p>Read {@link dev.sluice.worker.tokenizer.Tokenizer} first.
 */
@NullMarked
package dev.sluice.worker.tokenizer;

import org.jspecify.annotations.NullMarked;
