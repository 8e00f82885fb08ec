// One static shell for every address; the API serves it and all data comes from there.
export const ssr = false;
export const prerender = false;
