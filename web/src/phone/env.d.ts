declare module "*/agent.md" {
  const html: string;
  export default html;
}
