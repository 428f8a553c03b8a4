// Types of docs/protocol.md for browser scripts, which tsc checks (jsconfig.json). Pages never load this file.

interface User {
  id: number;
  username: string;
  name: string;
  picture?: string;
  deleted?: boolean;
}

type Role = "owner" | "moderator" | "member";

interface Quote {
  id: number;
  author?: User;
  body?: string;
  deleted?: boolean;
}

interface Reaction {
  emoji: string;
  users: User[];
}

interface Replies {
  count: number;
  last_at: string;
  people: User[];
}

interface Message {
  id: number;
  kind: "text" | "action" | "notice";
  author: User;
  body: string;
  html: string;
  client_id: string;
  created_at: string;
  position: number;
  version: number;
  told?: number[] | "everyone";
  thread?: number;
  replies?: Replies;
  quote?: Quote;
  reactions?: Reaction[];
  pinned?: { at: string; by: User };
  edited_at?: string;
  deleted?: { at: string; by: User | null };
  notice?: { what: string };
}

interface Room {
  id: number;
  version: number;
  kind: "public" | "private" | "direct";
  name: string;
  topic: string;
  description?: string;
  emoji?: string;
  read_only?: boolean;
  locked?: boolean;
  slow?: number;
  archived?: boolean;
  role: Role;
  unread: number;
  mentions: number;
  threads: number;
  last_read: number;
  here: number | null;
  marks?: number;
  people?: User[];
  muted?: { until: string; reason: string };
  quiet?: boolean;
  favourite?: boolean;
  put_away?: boolean;
  place?: number;
}

interface Person extends User {
  online?: boolean;
  here?: boolean;
  away?: boolean;
  dnd?: boolean;
  hidden?: boolean;
  role?: Role;
  status?: { text: string; emoji: string; until: string | null };
  last_seen?: string;
}

type PresenceGroup = "here" | "online" | "away" | "offline";
type PresenceShape = "online" | "away" | "dnd" | "offline";

interface ReactedEvent {
  room: number;
  version: number;
  message: number;
  user: User;
  emoji: string;
  added: boolean;
  order: string[];
}

interface RequotedEvent {
  room: number;
  version: number;
  quote: Quote;
}

interface ToldEvent {
  room: number;
  version: number;
  message: Message;
}

// `threads`: the messages that lost replies, with the number of replies left.
interface RemovedEvent {
  room: number;
  version: number;
  messages: number[];
  counted?: { position: number; author: number; told?: number[] | "everyone" }[];
  threads?: { id: number; count: number; last_at: string | null }[];
}

interface DeletedEvent extends RemovedEvent {
  by: User | null;
  at: string;
}

// The other fields of an answer depend on the command.
interface Ack {
  id: number;
  [member: string]: unknown;
}

interface Hello {
  now: string;
  user: User;
  time_zone: string | null;
  rooms: Room[];
  limits: { body_length: number };
  blocked?: number[];
  status: OwnStatus;
  announcement?: Announced;
}

interface OwnStatus {
  mode: "auto" | "away" | "dnd" | "invisible";
  text: string;
  emoji: string;
  until: string | null;
}

interface Announced {
  id: number;
  text: string;
  at: string;
  until: string | null;
}

interface Page {
  messages: Message[];
  more: boolean;
  later?: boolean;
}

type Counts = Record<PresenceGroup, number>;

interface PeoplePage {
  people: Person[];
  counts: Counts;
  total: number;
}

interface ServerEvents {
  hello: Hello;
  "status.changed": { status: OwnStatus };
  "site.announced": { announcement: Announced | null };
  "blocks.changed": { blocked: number[] };
  "partners.changed": { partners: Record<string, PresenceShape> | null };
}

// The socket, as models use it (connection/socket.js).
interface Channel {
  state: string;
  command(type: string, members?: object): Promise<Ack>;
  addEventListener<T extends keyof ServerEvents>(type: T, hear: (event: CustomEvent<ServerEvents[T]>) => void): void;
  addEventListener(type: "change", hear: () => void): void;
}

// A failed command, as connection/command.js reports it.
interface Refused extends Error {
  code: string;
  retry: boolean;
  wait: number | null;
  present: Message | null;
}

interface Refusal {
  code: string;
  detail: string;
  retry: boolean;
  retry_after?: number;
  message?: Message;
}

// Globals of pages: Django's catalogue (words.js), and Trusted Types, which TypeScript does not know.

declare var gettext: (text: string) => string;
declare var ngettext: (one: string, many: string, count: number) => string;
declare var interpolate: (text: string, values: Record<string, unknown>, isNamed: true) => string;
declare var trustedTypes:
  | { createPolicy(name: string, rules: { createHTML(text: string): string }): { createHTML(text: string): string } }
  | undefined;
