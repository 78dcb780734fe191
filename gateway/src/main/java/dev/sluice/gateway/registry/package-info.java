/**
 * Keeps what operators want, and what they have changed, in a database: a file of this server's own, or PostgreSQL.
 *
 * <p>{@link dev.sluice.gateway.registry.Registry} is what the other sides call, by the interfaces that they declare; its
 * statements are here and nowhere else. {@link dev.sluice.gateway.registry.Place} says where the database is,
 * {@link dev.sluice.gateway.registry.Database} is the one connection to it, and {@link dev.sluice.gateway.registry.Schema}
 * brings its tables up to date with the files {@code V*.sql} beside the classes.
 *
 * <p>Everything runs on one control thread, never on the data path; models and requests go on without it.
 *
 * <p>Read {@link dev.sluice.gateway.registry.Registry} first.
 */
@NullMarked
package dev.sluice.gateway.registry;

import org.jspecify.annotations.NullMarked;
