import { type UIEvent, useCallback, useState } from "react";

const SPARE = 12;
const FIRST = 40;

export interface Shown {
  start: number;
  end: number;
  /** Heights in pixels that stand for the rows above and below. */
  before: number;
  after: number;
  onScroll: (event: UIEvent<HTMLElement>) => void;
}

/** Which of many rows of one height to draw in a scroller; the others are blank space of their height. */
export function useWindow(count: number, rowHeight: number): Shown {
  const [place, setPlace] = useState({ start: 0, rows: FIRST });
  const onScroll = useCallback(
    (event: UIEvent<HTMLElement>) => {
      const { scrollTop, clientHeight } = event.currentTarget;
      const start = Math.max(0, Math.floor(scrollTop / rowHeight) - SPARE);
      const rows = Math.max(FIRST, Math.ceil(clientHeight / rowHeight) + 2 * SPARE);
      setPlace((old) => (old.start === start && old.rows === rows ? old : { start, rows }));
    },
    [rowHeight],
  );
  const start = Math.min(place.start, Math.max(0, count - place.rows));
  const end = Math.min(count, start + place.rows);
  return { start, end, before: start * rowHeight, after: (count - end) * rowHeight, onScroll };
}
