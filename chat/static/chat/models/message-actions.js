import { postingBlockOf } from "../rules/posting-block.js";

const RANKS = ["member", "moderator", "owner"];
const OF_ADMINISTRATORS = { public: "administrator", private: "caretaker" }; // by the kind of the room

// What one does to a message of the shown room, or to its author, and who may.
export class MessageActions {
  #chat;

  constructor(chat) {
    this.#chat = chat;
  }

  may(act, message) {
    if (message.id === undefined || message.deleted || message.kind === "notice") return false;
    const isMine = message.author.id === this.#chat.me.id;
    if (["edit", "pin", "react"].includes(act) && !this.mayTouch) return false;
    if (act === "quote") return this.postingBlock === null;
    if (act === "edit") return isMine;
    if (act === "report") return !isMine;
    if (act === "block") return !isMine && !message.author.deleted && !this.#chat.blocks.has(message.author.id);
    if (act === "unblock") return this.#chat.blocks.has(message.author.id);
    if (act === "delete") return isMine || this.#mayDelete(message);
    if (act === "purge") return !isMine && this.#mayDelete(message);
    if (act === "thread") return message.thread === undefined;
    if (act === "unread") return message.thread === undefined && this.#chat.counts(message);
    return true;
  }

  // Whether the person's role in the shown room is enough, by the server's table: what it decides is final.
  allows(act) {
    const { authority, isAdministrator, room } = this.#chat;
    const roles = [room?.role, isAdministrator && OF_ADMINISTRATORS[room?.kind]];
    return roles.some((role) => authority[role]?.includes(act));
  }

  // Why one cannot write in the shown room, or null.
  get postingBlock() {
    return postingBlockOf(this.#chat.room, this.allows("post_always"), this.#chat.blocks);
  }

  // Where only moderators post, everyone may still react, pin, and edit what they said.
  get mayTouch() {
    return this.postingBlock === null || this.postingBlock.why === "read_only";
  }

  // Rejects with what the server says against it: the text is the editor's, and stays there.
  // Where the message has other words than at the version `based_on`, it is shown as it is now.
  async edit(message, body, based_on) {
    const room = this.#chat.shown;
    try {
      await this.#command("message.edit", message, { body, based_on });
    } catch (error) {
      if (error.present) this.#chat.put(room, error.present);
      throw error;
    }
  }

  // Rejects likewise: the reason stays in its field.
  async report(message, reason) {
    await this.#chat.socket.command("message.report", { room: this.#chat.shown, message: message.id, reason });
  }

  delete(message, reason) {
    return this.#do("message.delete", message, { reason });
  }

  // All that its author posted in the last hour. Whether it was done.
  purge(message, reason) {
    const { socket, shown: room } = this.#chat;
    return this.#tried(socket.command("member.purge", { room, user: message.author.id, reason }));
  }

  block(user) {
    return this.#tried(this.#chat.blocks.block(user));
  }

  unblock(user) {
    return this.#tried(this.#chat.blocks.unblock(user));
  }

  pin(message) {
    return this.#do(message.pinned ? "message.unpin" : "message.pin", message);
  }

  // One's own is taken back, another's is joined.
  react(message, emoji) {
    const { id } = this.#chat.me;
    const reaction = message.reactions?.find((one) => one.emoji === emoji);
    const isMine = reaction?.users.some((user) => user.id === id);
    return this.#do(isMine ? "reaction.remove" : "reaction.add", message, { emoji });
  }

  // Everything above counts as read.
  async unread({ position }) {
    const { conversation, socket, shown } = this.#chat;
    await conversation.reading.readBefore(position);
    await this.#tried(socket.command("room.unread", { room: shown, position }));
  }

  #mayDelete({ author }) {
    return this.allows("delete_any") && this.#isBelow(author);
  }

  // Whether somebody's role, as far as the sidebar says, is below one's own. The server knows.
  #isBelow({ id }) {
    const { isAdministrator, room, roster } = this.#chat;
    const rank = (role) => RANKS.indexOf(role ?? "member");
    return (isAdministrator && room?.kind === "public") || rank(roster.find(id)?.role) < rank(room?.role);
  }

  #do(type, message, members) {
    return this.#tried(this.#command(type, message, members));
  }

  async #command(type, message, members) {
    const room = this.#chat.shown;
    const ack = await this.#chat.socket.command(type, { room, message: message.id, ...members });
    this.#chat.put(room, ack.message);
  }

  async #tried(done) {
    try {
      await done;
      return true;
    } catch (error) {
      this.#chat.complain(error.message);
      return false;
    }
  }
}
