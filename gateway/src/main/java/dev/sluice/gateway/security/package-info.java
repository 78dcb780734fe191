/**
 * Who may call: the operator's file of keys, whose names are the clients of quotas, fair shares and logs.
 *
 * <p>The file has a hash of each key and never a key. A request shows its key, the fronts take it out of the head, and
 * are told whose it is. The front loops share the keys, which never change: a changed file becomes a new list of them.
 * Reading the file is the control thread's business.
 *
 * <p>Read {@link dev.sluice.gateway.security.AccessRules} first.
 */
@NullMarked
package dev.sluice.gateway.security;

import org.jspecify.annotations.NullMarked;
