/**
 * Who may call: the operator's file of keys, whose names are the clients of quotas, fair shares and logs.
 *
 * <p>The file has a hash of each key and never a key. A request shows its key, the fronts take it out of the head, and
 * {@link dev.sluice.gateway.security.AccessRules}, the class to read first, says whose it is. The front loops share the
 * keys, which never change: a changed file becomes a new set of them. Reading files is the control thread's business.
 */
@NullMarked
package dev.sluice.gateway.security;

import org.jspecify.annotations.NullMarked;
