// Fills of the charts: the colours of tokens.css, with strokes where colours alone come close.
window.chartFills = (() => {
  const SIZE = 8;
  const RISING = [
    [-2, 2, 2, -2],
    [-2, 10, 10, -2],
    [6, 10, 10, 6],
  ];
  const FALLING = RISING.map(([x1, y1, x2, y2]) => [x1, SIZE - y1, x2, SIZE - y2]);
  const LEVEL = [[0, 4, 8, 4]];
  const UPRIGHT = [[4, 0, 4, 8]];
  // By value of a vocabulary; what is not named here is plain.
  const STROKES = {
    abandoned: FALLING,
    delayed: RISING,
    delivered_in_part: LEVEL,
    delivered_late: RISING,
    ended: FALLING,
    not_assessable: UPRIGHT,
    overdue: RISING,
    stalled: [...RISING, ...FALLING],
    superseded: FALLING,
    withdrawn: [...RISING, ...FALLING],
  };

  function token(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function fill({ key, token: name }) {
    const colour = token(name);
    const strokes = STROKES[key];
    if (!strokes) {
      return colour;
    }
    const tile = document.createElement("canvas");
    tile.width = SIZE;
    tile.height = SIZE;
    const pen = tile.getContext("2d");
    pen.fillStyle = colour;
    pen.fillRect(0, 0, SIZE, SIZE);
    pen.strokeStyle = token("--paper");
    for (const [x1, y1, x2, y2] of strokes) {
      pen.beginPath();
      pen.moveTo(x1, y1);
      pen.lineTo(x2, y2);
      pen.stroke();
    }
    return pen.createPattern(tile, "repeat");
  }

  return { fill, token };
})();
