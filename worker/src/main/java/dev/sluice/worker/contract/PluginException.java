package dev.sluice.worker.contract;

/**
 * Says that a user's own class has failed, or made what nobody can use: neither a client's mistake nor a model's. Its name
 * is for clients, the rest for the log.
 */
public final class PluginException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String plugin;

    /** @param problem what is wrong with what it has made */
    public PluginException(String plugin, String problem) {
        super("the plug-in " + plugin + " has made what cannot be used: " + problem);
        this.plugin = plugin;
    }

    /** @param thrown by it */
    public PluginException(String plugin, Throwable thrown) {
        super("the plug-in " + plugin + " has failed", thrown);
        this.plugin = plugin;
    }

    public String plugin() {
        return plugin;
    }
}
