/**
 * Sends planned requests at their planned moments, whatever the server does, and counts what becomes of each.
 *
 * <p>A latency here runs from the planned moment to the last byte of the answer. If the generator or the server holds up
 * a request before it is sent, that is time its user waits, and leaving it out would flatter whoever stalls. How far
 * sending fell behind the plan is recorded too, since beyond a bound a run says more of the generator than of the server.
 *
 * <p>One event loop sends, receives and counts: plain fields, nothing to merge. The thread that calls keeps the time.
 *
 * <p>Read {@link dev.sluice.loadtest.load.OpenLoop} first.
 */
@NullMarked
package dev.sluice.loadtest.load;

import org.jspecify.annotations.NullMarked;
