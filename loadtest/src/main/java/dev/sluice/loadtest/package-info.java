/**
 * What the gateway is compared with: the least that an HTTP server can do, and the most that the engine can do.
 *
 * <p>A benchmark's figure says little alone. {@code loadtest/bench.py} therefore measures the gateway between two
 * references in the same run: {@link dev.sluice.loadtest.BareServer} takes the same bytes and answers as many, without
 * reading them; {@link dev.sluice.loadtest.RawOnnxLoop} runs the same model, without a server.
 *
 * <p>Nothing here uses code of the gateway or the worker: load and references speak the wire only, or they would slow
 * down and speed up together with what they judge. Each program is a main class that ends when its work is done or, for
 * the server, when it is told to.
 *
 * <p>{@code ./sluice loadtest} is in the packages below, {@code scenario} first.
 *
 * <p>Read {@link dev.sluice.loadtest.BareServer} first.
 */
@NullMarked
package dev.sluice.loadtest;

import org.jspecify.annotations.NullMarked;
