/**
 * TorchScript archives, run by libtorch through DJL: in a build with the profile {@code engine-pytorch}, and in no other.
 *
 * <p>An archive says neither names nor shapes, so its owner declares them; the run of zeros at loading finds out whether
 * that is true. All else is as with any engine: see {@link dev.sluice.worker.engine.ComputedModel}.
 *
 * <p>Read {@link dev.sluice.worker.engine.pytorch.TorchScriptEngine} first.
 */
@NullMarked
package dev.sluice.worker.engine.pytorch;

import org.jspecify.annotations.NullMarked;
