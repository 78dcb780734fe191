/**
 * The gateway process: {@link dev.sluice.gateway.Gateway} puts the parts together, starts them and stops them.
 *
 * <p>The packages below depend on each other in one direction only: {@code Gateway -> front -> pipeline -> {admit,
 * dispatch} -> worker.contract}. {@code metrics} implements listener interfaces that the others declare, and {@code config}
 * fills option records that the others declare; {@code ArchitectureTest} holds all of that.
 *
 * <p>Read {@code pipeline.InferencePipeline} first: it is the data path.
 */
@NullMarked
package dev.sluice.gateway;

import org.jspecify.annotations.NullMarked;
