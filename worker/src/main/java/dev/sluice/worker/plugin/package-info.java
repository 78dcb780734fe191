/**
 * The jars of users' own transforms: found at the start, in the folder that an operator names, and prepared for each version
 * that asks for one.
 *
 * <p>Each jar has a class loader of its own above the server's, so that two may bring different versions of one library.
 * What stands in a {@code model.yaml} is only ever compared with the names that jars have registered: nobody who can write
 * there chooses a class.
 *
 * <p>Read {@link dev.sluice.worker.plugin.Plugins} first.
 */
@NullMarked
package dev.sluice.worker.plugin;

import org.jspecify.annotations.NullMarked;
