/** Doubles that the tests share; all of them written by hand, so that a test reads as plain Java. */
@NullMarked
package dev.sluice.gateway.fake;

import org.jspecify.annotations.NullMarked;
