package dev.sluice.gateway.front.http;

import dev.sluice.worker.contract.InferenceException;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/**
 * What stands behind the question mark of a URL.
 *
 * @thread stateless
 * @errors InvalidRequest for a query that is none, and for a parameter that stands there twice
 */
public final class Queries {

    private Queries() {}

    /** The parameter of that name; null where there is none. A semicolon ends none, and is part of it. */
    public static @Nullable String parameter(HttpServerRequest request, String name) {
        MultiMap all = all(request);
        if (all.getAll(name).size() > 1) {
            throw InferenceException.invalid(name, "is given more than once; which one holds?");
        }
        return all.get(name);
    }

    /** The first of that name, as the other servers whose clients we have take it; null where there is none. */
    public static @Nullable String first(HttpServerRequest request, String name) {
        return all(request).get(name);
    }

    private static MultiMap all(HttpServerRequest request) {
        try {
            return request.params(true);
        } catch (IllegalArgumentException malformed) {
            String said = InferenceException.shortened(String.valueOf(request.query()));
            throw InferenceException.invalid("", "the query of the URL is malformed: " + said);
        }
    }
}
