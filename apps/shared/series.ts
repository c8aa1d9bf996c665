export type Labels = Readonly<Record<string, string>>;

/** What is kept for each combination of label values. */
export interface Series<Cell> {
  readonly of: (labels: Labels) => Cell;
  readonly all: () => Iterable<Cell>;
}

interface Level<Cell> {
  readonly find: (labels: Labels) => Cell | undefined;
  readonly put: (labels: Labels, cell: Cell) => void;
}

/**
 * Finds a cell by its label values alone: the library makes a text of all names and values for each thing that is counted, and
 * that costs more than everything else about it. `bound` gives labels that are none of ours the values that stand for them, so
 * that nobody outside can make up cells.
 */
export function createSeries<Cell>(
  names: readonly string[],
  bound: (labels: Labels) => Labels,
  create: (labels: Labels) => Cell,
): Series<Cell> {
  const cells: Cell[] = [];
  const level = createLevel<Cell>(names);
  const add = (labels: Labels): Cell => {
    const cell = create(labels);
    cells.push(cell);
    level.put(labels, cell);
    return cell;
  };
  return {
    of(labels) {
      const known = level.find(labels);
      if (known !== undefined) return known;
      const bounded = bound(labels);
      return level.find(bounded) ?? add(bounded);
    },
    all: () => cells,
  };
}

function createLevel<Cell>([name, ...rest]: readonly string[]): Level<Cell> {
  if (name === undefined) {
    let only: Cell | undefined;
    return { find: () => only, put: (_labels, cell) => void (only = cell) };
  }
  const next = new Map<string | undefined, Level<Cell>>();
  return {
    find: (labels) => next.get(labels[name])?.find(labels),
    put(labels, cell) {
      const level = next.get(labels[name]) ?? createLevel<Cell>(rest);
      next.set(labels[name], level);
      level.put(labels, cell);
    },
  };
}
