package dev.sluice.worker.settings;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says what a component of an option record is when nobody sets it, and what it may be.
 *
 * <p>All three texts are written just as an operator would write them: {@code @Setting(value = "75s", min = "1s")}.
 *
 * @thread read once, when settings are loaded
 */
@Documented
@Target(ElementType.RECORD_COMPONENT)
@Retention(RetentionPolicy.RUNTIME)
public @interface Setting {

    /** The default. */
    String value();

    /** The least value allowed; empty for no such limit. */
    String min() default "";

    /** The greatest value allowed; empty for no such limit. */
    String max() default "";

    /** Whether a {@code long} counts bytes, so that it is written as {@code 64MiB}. */
    boolean bytes() default false;

    /** Whether a list may be written as a section, each entry of which is an item {@code KEY=VALUE}. */
    boolean entries() default false;

    /** Whether an item of a list may be written as a section, which is taken for its keys and values as {@code KEY=VALUE}. */
    boolean sections() default false;
}
