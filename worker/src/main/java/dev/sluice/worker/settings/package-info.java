/**
 * How option records are filled from YAML, the environment and the command line.
 *
 * <p>A package that has options declares a record and writes the default and the range of each component into a
 * {@link dev.sluice.worker.settings.Setting}; the rest follows from that: the key, the variable's name, the checks, the
 * list of all settings. Everything wrong is told at once, with the place where it stands, because nobody likes to
 * start a server five times to find five mistakes.
 *
 * <p>Both modules use this package, at start-up or when a model is loaded, and it knows neither of them.
 *
 * <p>Read {@link dev.sluice.worker.settings.Settings} first, then {@code Section} and {@code Reading}.
 */
@NullMarked
package dev.sluice.worker.settings;

import org.jspecify.annotations.NullMarked;
