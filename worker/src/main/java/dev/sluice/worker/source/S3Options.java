package dev.sluice.worker.source;

import dev.sluice.worker.settings.Setting;

/**
 * How buckets are reached; credentials come from where all tools of AWS look for them.
 *
 * @param endpoint the server, as in {@code https://minio.example.org:9000}; empty for that of AWS. What stands here is
 *     allowed, plain text and private networks included
 * @param region empty for that of the environment or the profile
 * @param pathStyle whether the bucket stands in the path instead of the host's name, as most servers beside AWS want it
 * @param anonymous whether buckets are read without credentials
 * @param profile which profile of {@code ~/.aws/config}; empty for {@code AWS_PROFILE}, or {@code default}
 */
public record S3Options(
        @Setting("") String endpoint,
        @Setting("") String region,
        @Setting("false") boolean pathStyle,
        @Setting("false") boolean anonymous,
        @Setting("") String profile) {}
