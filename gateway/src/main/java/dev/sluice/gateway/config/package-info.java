/**
 * The gateway's configuration: what the operator wrote, gathered into one record at start-up.
 *
 * <p>Each package declares its own option record; {@link dev.sluice.gateway.config.GatewayConfig} only puts them under
 * one roof, and {@code dev.sluice.worker.settings} fills it. This package says where to look: which file, which
 * variables, which arguments, and where relative paths start. It runs once, before anything else does, and nothing
 * reads its values again later.
 *
 * <p>A test holds {@code conf/sluice.yaml} to the records: every key, with its default and a comment that names it.
 *
 * <p>Read {@link dev.sluice.gateway.config.GatewayConfig} first, then {@link dev.sluice.gateway.config.ConfigLoader}.
 */
@NullMarked
package dev.sluice.gateway.config;

import org.jspecify.annotations.NullMarked;
