package dev.sluice.gateway.front.http;

import dev.sluice.worker.contract.InferenceException;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/**
 * What stands behind the question mark of a URL.
 *
 * @thread stateless
 * @errors InvalidRequest for a query that is none
 */
public final class Queries {

    private Queries() {}

    /** The first parameter of that name; null where there is none. A semicolon ends none, and is part of it. */
    public static @Nullable String parameter(HttpServerRequest request, String name) {
        try {
            return request.params(true).get(name);
        } catch (IllegalArgumentException malformed) {
            String said = InferenceException.shortened(String.valueOf(request.query()));
            throw InferenceException.invalid("", "the query of the URL is malformed: " + said);
        }
    }
}
