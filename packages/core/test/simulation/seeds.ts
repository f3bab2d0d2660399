/** Runs with several deviations that are looked at again each time. One that found something stays here for good. */
export const seeds: readonly number[] = [3, 7, 11, 19, 23, 31, 42, 57, 64, 79, 101, 128, 199, 256, 404, 512, 777, 1024, 2026, 4099];
