import { html, svg } from "../vendor/lit.js";

const icon = (shape) => html`<svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">${shape}</svg>`;

export const menuIcon = icon(svg`<path d="M3 5.5h14M3 10h14M3 14.5h14" />`);
export const closeIcon = icon(svg`<path d="m5 5 10 10M15 5 5 15" />`);
export const moreIcon = icon(svg`<path d="M4.5 10h.01M10 10h.01M15.5 10h.01" class="dots" />`);
export const upIcon = icon(svg`<path d="M10 16V4M5 9l5-5 5 5" />`);
export const downIcon = icon(svg`<path d="M10 4v12M5 11l5 5 5-5" />`);
export const foldIcon = icon(svg`<path d="m6 8 4 4 4-4" />`);
export const formatIcon = icon(svg`
  <path d="M2.500 15 6 5.500h1L10.500 15M3.700 12h5.600M17 15V9M17 12a2.300 2.300 0 1 1-4.600 0 2.300 2.300 0 0 1 4.600 0" />`);
export const sendIcon = upIcon;
export const lockIcon = icon(svg`<path d="M6.5 9V6.5a3.5 3.5 0 0 1 7 0V9M5 9h10v7.5H5z" />`);
export const peopleIcon = icon(svg`
  <circle cx="7.5" cy="7" r="3" /><path d="M2 16.5c.6-3 2.700-4.500 5.500-4.500s4.900 1.500 5.500 4.500" />
  <path d="M12.500 4.300a3 3 0 0 1 0 5.400M15 12.600c1.600.7 2.600 2 3 3.900" />`);
export const smileIcon = icon(svg`
  <circle cx="10" cy="10" r="7" />
  <path d="M7 11.500c.7 1.200 1.700 1.800 3 1.800s2.300-.6 3-1.800M7.500 8h.01M12.500 8h.01" />`);
export const threadIcon = icon(svg`
  <path d="M4 4h12a1 1 0 0 1 1 1v7.500a1 1 0 0 1-1 1h-5.500L7 16.500v-3H4a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1z" />
  <path d="M6.500 7.500h7M6.500 10.200h4" />`);
export const quoteIcon = icon(svg`<path d="M7.500 5.500 3.500 9.500l4 4M3.500 9.500h7.500a5 5 0 0 1 5 5" />`);
export const pinIcon = icon(svg`<path d="m12 3 5 5-1.500.7-3 3-.5 3.300L6 9l3.300-.5 3-3zM9 12l-5 5" />`);
export const writeIcon = icon(
  svg`<path d="m4 16 .8-3.500 8.700-8.700 2.700 2.700-8.700 8.700zM11.500 5.800l2.700 2.700" />`,
);
export const quietIcon = icon(svg`
  <path d="M6 8.500a4 4 0 0 1 6.500-3.100M14 9v2.500l1.200 2H7M8.700 16h2.600M6 10v1.500l-1.200 2M4 4l12 12" />`);
export const checkIcon = icon(svg`<path d="m4.500 10.500 3.500 3.500 7.500-8" />`);
export const flagIcon = icon(svg`<path d="M5 17V3.500M5 4h9.500l-2 3.500 2 3.500H5" />`);
export const backIcon = icon(svg`<path d="M12.500 4.500 7 10l5.500 5.500" />`);
export const talkIcon = icon(svg`
  <path d="M4 4h12a1 1 0 0 1 1 1v7.500a1 1 0 0 1-1 1h-5.500L7 16.500v-3H4a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1z" />`);
export const archiveIcon = icon(svg`<path d="M3 4.500h14v3.500H3zM4.500 8v8h11V8M8 11h4" />`);
export const stopIcon = icon(svg`<circle cx="10" cy="10" r="7" /><path d="M6.500 10h7" />`);
export const megaphoneIcon = icon(svg`<path d="M3 8v4h3l8 4V4L6 8zM6.500 12v4M16.500 8.500v3" />`);
