package dev.sluice.gateway.front.http;

import dev.sluice.gateway.admit.RequestHead;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelId;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Reads what a request says of itself before its body, which a proxy can say for it.
 *
 * @thread stateless
 * @units milliseconds in the header, as proxies have them; in the body it is microseconds, as Triton has them
 * @errors InvalidRequest that names the header
 */
public final class RequestHeads {

    static final CharSequence PRIORITY = HttpHeaders.createOptimized("Sluice-Priority");
    static final CharSequence TIMEOUT = HttpHeaders.createOptimized("Sluice-Timeout-Ms");

    private static final int MAX_DIGITS = 9;

    private RequestHeads() {}

    public static RequestHead of(HttpServerRequest request, ModelId model, String client) {
        return new RequestHead(model, client, priority(request), timeoutNanos(request));
    }

    static int priority(HttpServerRequest request) {
        return number(request, PRIORITY);
    }

    static long timeoutNanos(HttpServerRequest request) {
        return TimeUnit.MILLISECONDS.toNanos(number(request, TIMEOUT));
    }

    private static int number(HttpServerRequest request, CharSequence name) {
        String value = request.headers().get(name);
        if (value == null) {
            return RequestHead.UNSAID;
        }
        List<String> all = request.headers().getAll(name);
        boolean isNumber = value.length() <= MAX_DIGITS
                && !value.isEmpty()
                && value.chars().allMatch(digit -> digit >= '0' && digit <= '9');
        if (all.size() > 1 || !isNumber) {
            throw InferenceException.invalid(
                    name.toString(), "must be given once, as a number of at most " + MAX_DIGITS + " digits");
        }
        return Integer.parseInt(value);
    }
}
