/**
 * How many ticks a cost of one has: half of every cost that a link with a whole metric can have is a
 * whole number of them. A power of two, so that nothing is lost by changing over.
 */
export const TICKS = 2048;
