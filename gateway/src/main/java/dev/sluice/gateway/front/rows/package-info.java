/**
 * Tables in the bodies of requests: rows as JSON objects, as JSON lists and as CSV, read straight into the memory of a
 * model's inputs, by the number readers of V2, without a tree and without an object for a cell.
 *
 * <p>A model takes tables if each of its inputs has one element in a row, and is a column, or if it has one input,
 * whose elements in a row are the columns. What protocols wrap around tables, and what they say of mistakes, is theirs.
 *
 * <p>Read {@link dev.sluice.gateway.front.rows.RowTable} first; all is confined to one front loop.
 */
@NullMarked
package dev.sluice.gateway.front.rows;

import org.jspecify.annotations.NullMarked;
