package dev.sluice.worker.settings;

/**
 * What may stand under a key: more keys, or a value.
 *
 * @thread immutable
 */
sealed interface Element permits Section, Leaf {}
