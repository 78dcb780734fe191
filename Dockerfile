# The gateway and its demo model.
#
#   docker build -t sluice .
#   docker run --rm -p 127.0.0.1:8080:8080 sluice
#   docker build -t sluice --build-arg ENGINES=-Pengine-pytorch,engine-tensorflow .
#   docker run --rm -p 127.0.0.1:8080:8080 -v "$PWD/models:/models:ro" -e SLUICE_WORKER_MODELS=/models sluice
#
# Needs BuildKit (the default since Docker 23), Podman or Buildah. A container with --read-only also needs
# --tmpfs /tmp:exec, since ONNX Runtime unpacks its native library there.

# Jars run anywhere, so this stage runs on the builder's own platform, whatever the target.
FROM --platform=$BUILDPLATFORM maven:3-eclipse-temurin-21 AS build
RUN apt-get update && apt-get install -y --no-install-recommends zip && rm -rf /var/lib/apt/lists/*
WORKDIR /src

# First without sources, which downloads nearly everything: this layer lasts until a pom changes.
# (dependency:go-offline will not do: it looks for the worker's jar in a repository.)
COPY .mvn .mvn
COPY pom.xml .
COPY worker/pom.xml worker/
COPY gateway/pom.xml gateway/
COPY loadtest/pom.xml loadtest/
COPY worker/engines/pytorch/pom.xml worker/engines/pytorch/
COPY worker/engines/tensorflow/pom.xml worker/engines/tensorflow/
# Empty, or profiles as in -Pengine-pytorch.
ARG ENGINES=
RUN mvn -B -ntp $ENGINES -pl gateway -am package -DskipTests -Dspotless.check.skip=true -Dcheckstyle.skip=true

COPY worker/src/main worker/src/main
COPY gateway/src/main gateway/src/main
COPY worker/engines worker/engines
RUN mvn -B -ntp $ENGINES -pl gateway -am package -DskipTests -Dspotless.check.skip=true -Dcheckstyle.skip=true

# 95 of 100 bytes of ONNX Runtime's jar are for other platforms: out with them. Then Sluice's own jars apart from the
# others, so that a new version of Sluice is a small layer.
ARG TARGETARCH
RUN case "$TARGETARCH" in \
        amd64) platform=linux-x64 ;; \
        arm64) platform=linux-aarch64 ;; \
        *) echo "ONNX Runtime has no library for Linux on '$TARGETARCH'" >&2; exit 1 ;; \
    esac \
    && zip -q -d gateway/target/lib/onnxruntime-1*.jar \
        'ai/onnxruntime/native/*' -x "ai/onnxruntime/native/$platform/*" \
    && mkdir own \
    && mv gateway/target/sluice-gateway-*.jar gateway/target/lib/sluice-worker-*.jar own/

# Not Alpine: ONNX Runtime needs glibc.
FROM eclipse-temurin:21-jre
# A fixed number, so that mounted files can be given to it.
RUN useradd --system --uid 10001 --home-dir /opt/sluice --no-create-home --shell /usr/sbin/nologin sluice \
    && install -d -o sluice -m 700 /var/lib/sluice
WORKDIR /opt/sluice
COPY --from=build /src/gateway/target/lib lib
COPY --from=build /src/own lib
COPY conf conf
USER 10001

# A container must listen on all addresses to be reached.
ENV SLUICE_HTTP_HOST=0.0.0.0
# Its disk is empty at each start, and not its own to write on; a mounted directory can be named instead.
ENV SLUICE_WORKER_PROFILE_CACHE=none SLUICE_WORKER_OPTIMIZED_MODELS_CACHE=none
# With SLUICE_REGISTRY_URL=file and a volume there, what operators said is kept.
ENV SLUICE_REGISTRY_URL=none SLUICE_REGISTRY_DIRECTORY=/var/lib/sluice
EXPOSE 8080
# SageMaker opens streams to containers that say so. docs/sagemaker.md
LABEL com.amazonaws.sagemaker.capabilities.bidirectional-streaming=true

# What one may want to change: `docker run -e JDK_JAVA_OPTIONS=...` replaces it. Request tensors lie outside the heap, in
# direct memory that may grow as large as the heap, and ONNX Runtime has its own, so the heap takes less than half. In a
# small container the JVM would pick Serial by itself.
ENV TF_CPP_MIN_LOG_LEVEL=2
ENV JDK_JAVA_OPTIONS="-XX:MaxRAMPercentage=35 -XX:+UseG1GC"

# Asks with what bash has built in: the image has no curl, and starting a JVM takes too long.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD ["bash", "-c", "\
    exec 3<>/dev/tcp/127.0.0.1/${SLUICE_HTTP_PORT:-8080} \
    && printf 'GET /v2/health/ready HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 \
    && read -r _ status _ <&3 \
    && [[ $status == 200 ]]"]

# No shell in between: SIGTERM reaches the JVM, which drains. Give it time to: docker stop --time 60.
# Options of `sluice serve` follow the image's name in `docker run`, with or without the word `serve`, which SageMaker says.
ENTRYPOINT ["java", "--enable-native-access=ALL-UNNAMED", "-XX:+ExitOnOutOfMemoryError", \
    "-Dlogback.configurationFile=/opt/sluice/conf/logback.xml", "-Dsluice.home=/opt/sluice", \
    "-cp", "/opt/sluice/lib/*", "dev.sluice.gateway.Main"]
