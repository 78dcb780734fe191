package dev.sluice.worker;

import io.vertx.core.Future;

/**
 * Where new instances of a model come from.
 *
 * @thread called on any; answers on any
 */
interface InstanceSupply {

    Future<Instance> deploy();

    /** Gives an instance up and deploys another; fails when too many that were given up hold their threads still. */
    Future<Instance> replace(Instance lost);

    /** Deploys the other after all, where that has failed. */
    Future<Instance> replaceLater();

    /** To be told how many instances there are to be from now on. */
    void expect(int instances);

    /** Takes back an instance that is idle and not needed any more. */
    void retire(Instance surplus);

    /** To be told how many instances there are, each time that it is another number. */
    void areThere(int instances);

    /** To be told when the last instance is lost, so that the model cannot be served. */
    void exhausted(String why);

    /** To be told when there is one again after that. */
    void restored();
}
