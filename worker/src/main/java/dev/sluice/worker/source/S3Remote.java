package dev.sluice.worker.source;

import dev.sluice.worker.contract.ModelSource;
import java.io.FilterInputStream;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * An object of a bucket, or all below a prefix, which ends with a slash.
 *
 * @thread as the interface says; the client, which any may use, is made by the first who needs it
 */
final class S3Remote implements Remote {

    private static final Duration CONNECTING = Duration.ofSeconds(10);
    private static final Pattern PLACE = Pattern.compile("s3://([^/]+)/(.+)");
    private static final int CHANGED = 412;
    private static final int OUT_OF_RANGE = 416;
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18})");

    private final S3Client client;
    private final ModelSource source;
    private final int mostObjects;
    private final String bucket;
    private final String key;

    S3Remote(S3Client client, ModelSource source, int mostObjects) {
        this.client = client;
        this.source = source;
        this.mostObjects = mostObjects;
        Matcher place = PLACE.matcher(source.url());
        if (!place.matches()) {
            throw new IllegalArgumentException(source.shown());
        }
        this.bucket = place.group(1);
        this.key = place.group(2);
    }

    /** @param idleTimeout longest time without a byte */
    static S3Client client(S3Options options, Duration idleTimeout) throws SourceException {
        try {
            S3ClientBuilder builder = S3Client.builder()
                    .httpClientBuilder(UrlConnectionHttpClient.builder()
                            .connectionTimeout(CONNECTING)
                            .socketTimeout(idleTimeout))
                    .forcePathStyle(options.pathStyle());
            if (!options.endpoint().isEmpty()) {
                builder.endpointOverride(URI.create(options.endpoint()));
            }
            if (!options.region().isEmpty()) {
                builder.region(Region.of(options.region()));
            }
            if (options.anonymous()) {
                builder.credentialsProvider(AnonymousCredentialsProvider.create());
            }
            if (!options.profile().isEmpty()) {
                builder.overrideConfiguration(configuration -> configuration.defaultProfileName(options.profile()));
            }
            return builder.build();
        } catch (SdkException
                | IllegalArgumentException
                | NullPointerException unfit) { // of an endpoint without scheme
            throw SourceException.soon("buckets cannot be reached: " + unfit.getMessage(), unfit);
        }
    }

    @Override
    public List<Part> parts() throws IOException {
        if (!key.endsWith("/")) {
            return List.of(new ObjectPart("", key));
        }
        List<Part> parts = new ArrayList<>();
        try {
            ListObjectsV2Request request =
                    ListObjectsV2Request.builder().bucket(bucket).prefix(key).build();
            for (S3Object object : client.listObjectsV2Paginator(request).contents()) {
                if (object.key().endsWith("/")) {
                    continue; // what consoles make where people want a folder
                }
                if (parts.size() == mostObjects) {
                    throw SourceException.never(
                            source.shown() + " has more than " + mostObjects + " objects (worker.sources.max_entries)");
                }
                parts.add(new ObjectPart(object.key().substring(key.length()), object.key()));
            }
        } catch (SdkException failure) {
            throw failed(failure);
        }
        if (parts.isEmpty()) {
            throw new SourceException(SourceException.Again.LATER, source.shown() + " has no objects");
        }
        return parts;
    }

    /**
     * One object.
     *
     * @thread as the interface says
     */
    private final class ObjectPart implements Part {

        private final String name;
        private final String object;

        ObjectPart(String name, String object) {
            this.name = name;
            this.object = object;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Opened open(long from, String validator) throws IOException {
            GetObjectRequest.Builder request =
                    GetObjectRequest.builder().bucket(bucket).key(object);
            if (from > 0) {
                request.range("bytes=" + from + "-");
                if (!validator.isEmpty()) {
                    request.ifMatch(validator);
                }
            }
            try {
                return opened(client.getObject(request.build()));
            } catch (SdkServiceException refusal) {
                if (from > 0 && (refusal.statusCode() == CHANGED || refusal.statusCode() == OUT_OF_RANGE)) {
                    return open(0, "");
                }
                throw failed(refusal);
            } catch (SdkException failure) {
                throw failed(failure);
            }
        }

        private static Opened opened(ResponseInputStream<GetObjectResponse> stream) {
            GetObjectResponse head = stream.response();
            Matcher range = CONTENT_RANGE.matcher(head.contentRange() == null ? "" : head.contentRange());
            boolean partial = range.matches();
            long from = partial ? Long.parseLong(range.group(1)) : 0;
            long total = partial ? Long.parseLong(range.group(2)) : head.contentLength();
            return new Opened(new Aborted(stream), from, total, head.eTag() == null ? "" : head.eTag(), true);
        }
    }

    /**
     * Ends the connection with the stream: to read the rest of what nobody wants may take hours.
     *
     * @thread as its reader
     */
    private static final class Aborted extends FilterInputStream {

        private final ResponseInputStream<GetObjectResponse> stream;

        Aborted(ResponseInputStream<GetObjectResponse> stream) {
            super(stream);
            this.stream = stream;
        }

        @Override
        public void close() {
            stream.abort();
        }
    }

    private SourceException failed(SdkException failure) {
        if (failure instanceof SdkServiceException refusal) {
            return SourceException.ofStatus(
                    source.shown(), refusal.statusCode(), ": " + refusal.getMessage(), Duration.ZERO);
        }
        return SourceException.soon(source.shown() + " cannot be reached: " + failure.getMessage(), failure);
    }
}
