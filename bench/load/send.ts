import { createArrivals } from './arrivals.ts';
import { openConnection, type Connection } from './connection.ts';
import type { LoadPlan } from './plan.ts';
import type { Record } from './record.ts';
import type { Requests } from './request.ts';

export interface Load {
  /** No request is sent from here on. */
  readonly stop: () => void;
  /** Sent or due, and without an answer. */
  readonly outstanding: () => number;
  readonly mostConnections: () => number;
  readonly close: () => void;
}

/** The shortest time that a timer of Node waits. */
const tickMs = 1;

type Parts = Pick<LoadPlan, 'port'> & {
  readonly requests: Requests;
  readonly record: Record;
  readonly now: () => number;
};

export function startClosed(connections: number, { port, requests, record, now }: Parts): Load {
  const open = new Set<Connection>();
  let stopped = false;
  let outstanding = 0;
  const turn = (connection: Connection) => {
    if (stopped) return;
    let current = connection;
    if (!connection.isOpen()) {
      open.delete(connection);
      open.add((current = openConnection(port, connection.bytes)));
    }
    const sentMs = now();
    outstanding++;
    current.send(requests.renew(current.bytes), (status) => {
      outstanding--;
      record.answered(status, sentMs);
      turn(current);
    });
  };
  for (let i = 0; i < connections; i++) {
    const connection = openConnection(port, requests.copy());
    open.add(connection);
    turn(connection);
  }
  return {
    stop: () => void (stopped = true),
    outstanding: () => outstanding,
    mostConnections: () => connections,
    close: () => {
      for (const connection of open) connection.close();
    },
  };
}

export interface Open {
  readonly perSecond: number;
  readonly seed: number;
  readonly mostConnections: number;
}

export function startOpen({ perSecond, seed, mostConnections }: Open, { port, requests, record, now }: Parts): Load {
  const open = new Set<Connection>();
  // The last one used is used next, so that the others may be closed by the server and are not missed.
  const idle: Connection[] = [];
  // What is due, and not sent yet.
  let line: number[] = [];
  let head = 0;
  let outstanding = 0;
  let most = 0;
  let stopped = false;
  const nextDue = createArrivals(perSecond, seed);
  const startedMs = now();
  let dueMs = startedMs + nextDue();

  const take = (): Connection | undefined => {
    for (let connection = idle.pop(); connection !== undefined; connection = idle.pop()) {
      if (connection.isOpen()) return connection;
      open.delete(connection);
    }
    if (open.size >= mostConnections) return undefined;
    const connection = openConnection(port, requests.copy());
    open.add(connection);
    most = Math.max(most, open.size);
    return connection;
  };
  const sendLine = () => {
    while (head < line.length) {
      const connection = take();
      if (connection === undefined) return;
      send(connection, line[head++] ?? 0);
    }
    line = [];
    head = 0;
  };
  const send = (connection: Connection, due: number) => {
    connection.send(requests.renew(connection.bytes), (status) => {
      if (record.measures(due)) outstanding--;
      record.answered(status, due);
      if (connection.isOpen()) idle.push(connection);
      else open.delete(connection);
      if (head < line.length) sendLine();
    });
  };
  const tick = () => {
    for (const atMs = now(); dueMs <= atMs && !stopped; dueMs = startedMs + nextDue()) {
      if (record.measures(dueMs)) outstanding++;
      line.push(dueMs);
    }
    sendLine();
  };
  const timer = setInterval(tick, tickMs);
  return {
    stop() {
      tick();
      stopped = true;
      clearInterval(timer);
    },
    outstanding: () => outstanding,
    mostConnections: () => most,
    close: () => {
      for (const connection of open) connection.close();
    },
  };
}
