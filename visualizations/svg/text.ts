/** Text and attributes of XML; control characters have no place in it at all. */
export const escaped = (text: string): string =>
  text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)

/** Nobody measures fonts on a server: the mean width of a letter of DejaVu Sans, a wide one, is 0.6 of its size. */
export const widthOf = (text: string, size: number): number => Math.ceil([...text].length * size * 0.6)

export const shortened = (text: string, most: number): string =>
  [...text].length > most ? `${[...text].slice(0, most - 1).join('')}…` : text
