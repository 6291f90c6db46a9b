declare const brand: unique symbol;

/** A value that only a parser or a named constructor may make; at run time it is a plain `T`. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
