/** In hexadecimal, with ranges: the order is the protocol's. */
const CODE_POINTS =
  "305 30d 30e 310 312 33d 33e 33f 346 34a 34b 34c 350 351 352 357 35b 363-36f 483-487 592-595 597-599 " +
  "59c-5a1 5a8 5a9 5ab 5ac 5af 5c4 610-617 657-65b 65d 65e 6d6-6dc 6df-6e2 6e4 6e7 6e8 6eb 6ec 730 732 " +
  "733 735 736 73a 73d 73f-741 743 745 747 749 74a 7eb-7f1 7f3 816-819 81b-823 825-827 829-82d 951 953 " +
  "954 f82 f83 f86 f87";

/** The marks by which kitty's placeholders count rows, columns and high bytes, from 0; as many as screens need. */
export const DIACRITICS: readonly string[] = CODE_POINTS.split(" ").flatMap((range) => {
  const [first = 0, last = first] = range.split("-").map((code) => Number.parseInt(code, 16));
  return Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i));
});
