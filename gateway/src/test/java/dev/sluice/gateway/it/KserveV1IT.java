package dev.sluice.gateway.it;

/** KServe V1 answers as recorded. */
class KserveV1IT extends RecordedProfile {

    KserveV1IT() {
        super("kserve-v1", 20);
    }
}
