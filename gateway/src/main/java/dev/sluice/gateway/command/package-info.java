/**
 * Commands of the launcher that speak to a running server instead of being one.
 *
 * <p>They know its interface for operators and nothing of its classes, and run in a process of their own: whoever types
 * them may be on another machine, with another version. The launcher {@code ./sluice} has their help texts.
 *
 * <p>Read {@link dev.sluice.gateway.command.ModelsCommand} first.
 */
@NullMarked
package dev.sluice.gateway.command;

import org.jspecify.annotations.NullMarked;
